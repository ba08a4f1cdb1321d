namespace AtpKeyserver.Export;

/// <summary>Who asked for a document does not take it in time. No dependency is at fault, and nobody is there to be told.</summary>
public sealed class SlowReaderException() : Exception("The reader of an export was too slow.");
