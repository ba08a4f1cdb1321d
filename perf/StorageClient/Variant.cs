namespace AtpKeyserver.Perf.StorageClient;

/// <summary>One way to read the row.</summary>
internal sealed record Variant(string Name, Func<Task> Read);
