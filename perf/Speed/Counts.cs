using AtpKeyserver.Perf.Support;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Dependency calls and allocations per request.</summary>
/// <param name="Store">Storage requests.</param>
/// <param name="Reads">Storage requests that read a row: only group heads if everything else is cached.</param>
/// <param name="Vault">Requests to Key Vault.</param>
/// <param name="Did">DID lookups.</param>
/// <param name="Bytes">Bytes allocated by the app.</param>
internal sealed record Counts(double Store, double Reads, double Vault, double Did, double Bytes)
{
    /// <summary>
    /// The cache lifetime of an account's existence. A shorter run would count this read too often or not at all.
    /// </summary>
    private const int Seconds = 5;

    /// <summary>
    /// Counts on a separate warm instance, because proxy and runtime counters would slow down the rounds.
    /// </summary>
    public static async Task<Counts> TakeAsync(Scenario scenario)
    {
        var stack = scenario.Stack;
        await using var counter = await RecordingProxy.StartAsync(stack.Azurite.Endpoint);
        var instance = await stack.StartInstanceAsync(CountedStorage.Through(counter, stack));
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
        var bytes = await Allocations.DuringAsync(
            instance.ProcessId, async () => counted = (await LoadAsync()).Requests);
        await instance.StopAsync();
        return new Counts(
            stored.Length / requests, reads / requests, unwrapped / requests, lookedUp / requests, bytes / counted);
    }
}
