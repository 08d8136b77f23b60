import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import io.acequia.streaming.*;
import io.acequia.streaming.data.*;
import io.acequia.streaming.listener.*;
import io.acequia.streaming.receiver.*;

StreamingConf conf = new StreamingConf();
Duration interval = Duration.ofMillis(Long.getLong("acequia.shell.interval", 1000));
StreamingContext ssc = new StreamingContext(conf, interval);
BatchContext sc = ssc.batchContext();

/** Starts what has been defined. */
void start() {
    ssc.start();
}

/** Waits until so many batches of the running context are done, from its start. */
void batches(long n) throws InterruptedException {
    Semaphore done = new Semaphore(0);
    StreamingListener listener = new StreamingListener() {
        public void onBatchCompleted(BatchInfo batch) {
            done.release();
        }
        public void onStreamingStopped(StreamingStopped stopped) {
            done.release();
        }
    };
    ssc.addStreamingListener(listener);
    while (ssc.state() == StreamingContext.ContextState.ACTIVE && ssc.status().batchesCompleted() < n) {
        done.tryAcquire(1, TimeUnit.SECONDS);
    }
    ssc.removeStreamingListener(listener);
}

/** Stops, after what was received has been processed. */
StreamingContext.StopReport stop() {
    return ssc.stop(true, true);
}

/** Stops, and makes a new context to define other streams on: one that was started can be changed no more. */
void fresh() {
    ssc.stop();
    ssc = new StreamingContext(conf, interval);
    sc = ssc.batchContext();
}
