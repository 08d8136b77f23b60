/* SPDX-License-Identifier: Apache-2.0 */
import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Starts the server as its own program does, but on 127.0.0.1 only. */
final class Loopback {
    private Loopback() {}

    public static void main(String[] args) throws Exception {
        DynamoDBProxyServer local = ServerRunner.createServerFromCommandLineArgs(args);
        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        for (Connector each : ((Server) field.get(local)).getConnectors()) {
            ((ServerConnector) each).setHost("127.0.0.1");
        }
        local.start();
        local.join();
    }
}
