/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.AbstractActor;
import akka.event.Logging;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Akka logs goes where everything else does; made by Akka, by its name. */
final class AkkaLog extends AbstractActor {
    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Logging.InitializeLogger.class, start -> getSender()
                        .tell(Logging.loggerInitialized(), getSelf()))
                .match(Logging.Error.class, event -> log(event).error(text(event), event.cause()))
                .match(Logging.Warning.class, event -> log(event).warn(text(event)))
                .match(Logging.Info.class, event -> log(event).info(text(event)))
                .match(Logging.LogEvent.class, event -> log(event).debug(text(event)))
                .build();
    }

    private static Logger log(Logging.LogEvent event) {
        return LoggerFactory.getLogger(event.logClass());
    }

    private static String text(Logging.LogEvent event) {
        return event.logSource() + ": " + event.message();
    }
}
