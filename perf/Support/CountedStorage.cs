using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Perf.Support;

/// <summary>Settings of an instance that calls the storage through a counting proxy.</summary>
internal static class CountedStorage
{
    public static Dictionary<string, string> Through(RecordingProxy counter, Stack stack)
    {
        var (azurite, proxy) = (stack.Azurite.Endpoint.Authority, $"127.0.0.1:{counter.Port}");
        return new Dictionary<string, string>
        {
            ["Keyserver__Tables__ConnectionString"] =
                stack.Azurite.ConnectionString.Replace(azurite, proxy, StringComparison.Ordinal),
        };
    }
}
