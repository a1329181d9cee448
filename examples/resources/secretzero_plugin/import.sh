terraform import secretzero_plugin.engine secret/engine/v1.2.0
