namespace AtpKeyserver.Export;

/// <summary>The client reads an export too slowly. No dependency is at fault, and the client cannot be told.</summary>
public sealed class SlowReaderException() : Exception("The client read the export too slowly.");
