using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Support;

/// <summary>A stack with default settings, but without rate limits.</summary>
internal static class UnlimitedStack
{
    /// <param name="cancellation">Cancels the start.</param>
    /// <param name="dataFolder">Where Azurite stores its tables; null: in memory.</param>
    public static Task<Stack> StartAsync(CancellationToken cancellation, string? dataFolder = null) => Stack.StartAsync(
        new StackOptions
        {
            DataFolder = dataFolder,
            LogLines = 1_000,
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
        },
        cancellation);
}
