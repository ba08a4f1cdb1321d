namespace AtpKeyserver.FunctionsHost;

/// <summary>The host cannot start or run the app. The message says why.</summary>
public sealed class HostException(string message, Exception? inner = null) : Exception(message, inner);
