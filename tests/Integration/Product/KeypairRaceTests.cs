using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Restored heads, and requests for keypairs during the deletion of their account.</summary>
public sealed class KeypairRaceTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private Instance _instance = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    /// <summary>The caller of a public key is not told of an account's deletion: the version does not exist.</summary>
    [Fact]
    public async Task A_public_key_is_returned_or_absent_during_a_deletion()
    {
        var (held, refused) = (true, 0);
        for (var call = 0; held; call++)
        {
            var alice = Instance.DidOf(_backing.NewDid());
            await _instance.ReadAsync(alice.Value, $"{alice}#friends");
            using var transport = new HeldTransport();
            await using var other = _backing.Start(transport);
            var seen = 0;
            transport.Hold(_ => Interlocked.Increment(ref seen) > call,
                () => _instance.Get<AccountDeletion>().DeleteAsync(alice, default));
            try
            {
                await other.Get<AccountKeypairs>()
                    .GetOrCreateAsync(alice, Instance.CallerOf(_backing.NewDid()), default);
            }
            catch (KeyserverException e)
            {
                Assert.Equal(ErrorName.KeyVersionNotFound, e.Error);
                refused++;
            }

            held = transport.WasHeld;
        }

        Assert.InRange(refused, 2, 100);
    }

    [Fact]
    public async Task Restored_heads_of_an_earlier_generation_are_tampering()
    {
        var alice = _backing.NewDid();
        var group = $"{alice}#friends";
        await _instance.ReadAsync(alice, group);
        await KeypairAsync(alice);
        var heads = new List<(TableClient Table, TableEntity Row)>();
        foreach (var name in (string[])["groups", "accounts"])
        {
            var table = new TableServiceClient(_backing.ConnectionString).GetTableClient(name);
            await foreach (var row in table.QueryAsync<TableEntity>("RowKey ge 'head' and RowKey lt 'heae'"))
                heads.Add((table, row));
        }

        Assert.Equal(2, heads.Count);
        await _instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(alice), default);
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromMinutes(3));
        await _instance.Get<Deletions>().FinishAsync(default);
        _backing.Clock.Advance(TimeSpan.FromHours(3));
        await _instance.ReadAsync(alice, $"{alice}#family");
        foreach (var (table, row) in heads)
            await table.UpsertEntityAsync(row, TableUpdateMode.Replace);

        await Assert.ThrowsAsync<TamperedException>(() => _instance.ReadAsync(alice, group));
        await Assert.ThrowsAsync<TamperedException>(() => KeypairAsync(alice));
    }

    private async Task KeypairAsync(string account)
    {
        var (_, seed) = await _instance.Get<AccountKeypairs>()
            .GetAsync(Instance.CallerOf(account), version: null, isProbe: false, default);
        seed.Dispose();
    }
}
