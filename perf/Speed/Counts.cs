using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>What a request asks of others, and of memory.</summary>
/// <param name="Store">Requests to the storage.</param>
/// <param name="Reads">Those of them that read a row: heads, where all else is remembered.</param>
/// <param name="Vault">Requests to Key Vault.</param>
/// <param name="Did">Look-ups of DIDs.</param>
/// <param name="Bytes">Allocated by the app.</param>
internal sealed record Counts(double Store, double Reads, double Vault, double Did, double Bytes)
{
    /// <summary>As long as the app remembers that an account exists: in a shorter time its reading would count too often, or not at all.</summary>
    private const int Seconds = 5;

    /// <summary>
    /// Counted through a proxy, and by the runtime's own counters, which would slow the rounds down: so by an instance of its own, warm, for a short time.
    /// </summary>
    public static async Task<Counts> TakeAsync(Scenario scenario)
    {
        var stack = scenario.Stack;
        await using var counter = await RecordingProxy.StartAsync(stack.Azurite.Endpoint);
        var instance = await stack.StartInstanceAsync(new Dictionary<string, string>
        {
            ["Keyserver__Tables__ConnectionString"] =
                stack.Azurite.ConnectionString.Replace(stack.Azurite.Endpoint.Authority, $"127.0.0.1:{counter.Port}", StringComparison.Ordinal),
        });
        Task<Run> LoadAsync() => Wrk.SendAsync(instance.Origin, scenario.Requests(), Seconds, scenario.Once);
        await LoadAsync();
        await LoadAsync();
        counter.Take();
        var (vault, did) = (stack.KeyVault.Requests, stack.Atproto.TotalLookups);
        double requests = (await LoadAsync()).Requests;
        var stored = counter.Take();
        var reads = stored.Count(request => request.StartsWith("GET ", StringComparison.Ordinal));
        var (unwrapped, lookedUp) = (stack.KeyVault.Requests - vault, stack.Atproto.TotalLookups - did);

        var counted = 0L;
        var bytes = await Allocations.DuringAsync(instance.ProcessId, async () => counted = (await LoadAsync()).Requests);
        await instance.StopAsync();
        return new Counts(stored.Length / requests, reads / requests, unwrapped / requests, lookedUp / requests, bytes / counted);
    }
}
