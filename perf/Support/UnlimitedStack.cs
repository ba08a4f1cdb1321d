using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Support;

/// <summary>The stack with default settings, except that rate limits are off.</summary>
internal static class UnlimitedStack
{
    /// <param name="cancellation">Ends the start.</param>
    /// <param name="dataFolder">Where Azurite keeps its tables; null for in memory.</param>
    public static Task<Stack> StartAsync(CancellationToken cancellation, string? dataFolder = null) => Stack.StartAsync(
        new StackOptions
        {
            DataFolder = dataFolder,
            LogLines = 1_000,
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
        },
        cancellation);
}
