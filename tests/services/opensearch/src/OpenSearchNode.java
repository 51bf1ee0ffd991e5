// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** One node: OpenSearchNode FOLDER, with opensearch.yml in it. OpenSearch's own main refuses root. */
public final class OpenSearchNode {
  /** The constructor that takes plugins is protected. */
  private static final class NodeWithPlugins extends Node {
    NodeWithPlugins(Environment environment, Collection<Class<? extends Plugin>> plugins) {
      super(environment, plugins, false);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path config = Path.of(arguments[0]).toAbsolutePath();
    Settings home = Settings.builder().put("path.home", config.getParent().toString()).build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(home, Map.of(), config, () -> "n1");
    Node node = new NodeWithPlugins(
        environment, List.of(Netty4Plugin.class, PainlessPlugin.class, ReindexPlugin.class));
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception error) {
        error.printStackTrace();
      } finally {
        closed.countDown();
      }
    }));
    node.start();
    closed.await();
  }
}
