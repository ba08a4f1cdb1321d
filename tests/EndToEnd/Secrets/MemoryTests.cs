using System.Buffers.Text;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Secrets;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Secrets;

/// <summary>Remainders in the memory of a running server after a call.</summary>
public sealed class MemoryTests(Watched.Production keyserver, ITestOutputHelper output)
    : IClassFixture<Watched.Production>
{
    private const int Calls = 40;
    private const int AtOnce = 16;
    private const int Rounds = 5;

    private readonly Api _api = keyserver.Api;

    /// <summary>
    /// Other calls follow, as in a real server. Stacks are excluded: an interrupted thread saves its registers there,
    /// and they stay until they are overwritten. Keys that are cached on purpose must be found, which proves that the
    /// search sees the app's memory. The test's output counts other hits (docs/CRYPTOGRAPHY.md, Memory).
    /// </summary>
    [Fact]
    public async Task Returned_keys_are_cleared_from_memory_after_some_other_calls()
    {
        var answered = new SecretSearch();
        var tokens = new List<string>();
        _api.Answered += (request, _) =>
        {
            lock (tokens)
                tokens.Add(request.Headers.Authorization!.Parameter!);
        };
        var alice = _api.NewAccount();
        (await _api.GetAsync("keypair.getKeypair", alice)).Ok();
        await Parallel.ForAsync(0, Calls, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var group = await _api.GetAsync("group.getKey", alice, ("group_id", $"{alice}#{number}"));
            var keys = Enumerable.Repeat(("keys", $"{alice}#{number}"), 9).Append(("keys", $"{alice}#none"));
            (await _api.GetAsync("group.getKeys", alice, [.. keys])).Ok();
            var pair = await _api.GetAsync("keypair.getKeypair", _api.NewAccount());
            lock (answered)
            {
                answered.Add("group key", Convert.FromHexString(group.Ok().String("secretKey")));
                answered.Add("private key", Convert.FromHexString(pair.Ok().String("privateKey")));
            }
        });
        Assert.Equal(2 * Calls, answered.Count);

        List<ProcessMemory.Hit> left = [];
        for (var round = 0; round < Rounds && (round == 0 || left.Count > 0); round++)
        {
            await Parallel.ForAsync(
                0, AtOnce, async (_, _) => (await _api.GetAsync("keypair.listVersions", alice)).Ok());
            await keyserver.CollectAsync();
            var found = ProcessMemory.Search(keyserver.Stack.Keyserver.ProcessId, answered);
            left = [.. found.Where(hit => !hit.IsStack)];
            output.WriteLine(
                $"returned keys: {left.Count} parts of 8 bytes, and {found.Count - left.Count} in stacks");
        }

        Assert.True(left.Count == 0, $"{left.Count} parts of keys remain:\n{string.Join('\n', left.Take(20))}");

        var kept = new SecretSearch();
        await StoredKeys.AddAsync(keyserver.Stack, kept);
        lock (tokens)
            tokens.ForEach(token => kept.Add("signature of a token", Base64Url.DecodeFromChars(token.Split('.')[2])));
        var hits = ProcessMemory.Search(keyserver.Stack.Keyserver.ProcessId, kept);
        Assert.Contains(hits, hit => hit.Found == "root (raw)");
        foreach (var kind in hits.GroupBy(hit => hit.Found).OrderBy(kind => kind.Key, StringComparer.Ordinal))
            output.WriteLine($"{kind.Key}: {kind.Count()} pieces of 8 bytes");
    }
}
