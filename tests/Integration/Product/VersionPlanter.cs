using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Writes as many versions of a key as years of rotations would, in the product's own format.</summary>
public sealed class VersionPlanter(Instance instance)
{
    private const int Writers = 4;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When a planted version was created.</summary>
    public static DateTimeOffset CreatedAt(int version) => Start.AddSeconds(version);

    /// <summary>Extends the keypair of this account to version <paramref name="last"/>.</summary>
    public async Task PlantKeypairAsync(string did, int last)
    {
        var table = instance.Get<KeypairTable>();
        var keypair = (await instance.Get<AccountKeypairs>().FindAsync(Instance.DidOf(did), default))!;
        var (head, key) = (keypair.Head, keypair.Key);
        var active = await PlantAsync(
            table.Table, table.Versions, head.Partition, head.Active.Version, last, 1, key, new byte[32]);
        await CommitAsync(table.Table, id => (head with { Active = active }).ToRow(id, key), head.ETag);
    }

    /// <summary>Extends the key of this group to version <paramref name="last"/>.</summary>
    public async Task PlantGroupAsync(string group, int last)
    {
        var table = instance.Get<GroupTable>();
        var id = Instance.Id(group);
        var found = await instance.Get<GroupReader>().ReadAsync(id, default);
        var (head, key) = (found!.Head, found.Key);
        var active = await PlantAsync(
            table.Table, table.Versions, head.Partition, head.Active.Version, last, head.Incarnation, key,
                publicKey: null);
        await CommitAsync(
            table.Table, change =>
                (head with { Active = active, Epoch = head.Epoch + last }).ToRow(change, key), head.ETag);
    }

    private static async Task<KeyVersion> PlantAsync(
        Table table, KeyVersionTable versions, string partition, int active, int last, int incarnation, SealingKey key,
            byte[]? publicKey)
    {
        KeyVersion? newest = null;
        using var secret = Secret.Random();
        await Parallel.ForEachAsync(
            Enumerable.Range(active + 1, last - active).Chunk(Table.MaxTransaction),
            new ParallelOptions { MaxDegreeOfParallelism = Writers },
            async (numbers, cancellation) =>
            {
                var made = numbers.Select(
                    number => versions.Seal(partition, number, CreatedAt(number), secret, key, publicKey)).ToList();
                await table.PutAllAsync(
                    [.. made.Select(version => versions.ToRow(partition, version, incarnation, key))], cancellation);
                if (made[^1].Version == last)
                    newest = made[^1];
            });
        return newest!;
    }

    private static async Task CommitAsync(Table table, Func<string, TableEntity> head, Azure.ETag? replaced)
    {
        var change = new PartitionChange(table);
        change.WriteHead(head(change.Id), replaced);
        Assert.True(await change.CommitAsync(default));
    }
}
