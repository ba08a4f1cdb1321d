namespace AtpKeyserver.Perf.Worker;

/// <summary>A setting of the worker's runtime, as environment variables.</summary>
internal sealed record RuntimeSetting(string Name, Dictionary<string, string> Variables)
{
    public static IReadOnlyList<RuntimeSetting> All { get; } =
    [
        new("as deployed", []),
        new("server GC", new() { ["DOTNET_gcServer"] = "1" }),
        new("GC on the calling thread only", new() { ["DOTNET_gcConcurrent"] = "0" }),
        new("64 MB of new objects before a GC", new() { ["DOTNET_GCgen0size"] = "4000000" }),
        new("no profiling before optimization", new() { ["DOTNET_TieredPGO"] = "0" }),
        new("idle threads do not spin", new() { ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" }),
        new("sockets continue on their own thread", new() { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" }),
        new("log level Warning", new() { ["Logging__LogLevel__Default"] = "Warning" }),
    ];
}
