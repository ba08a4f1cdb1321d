using System.Security.Cryptography;
using AtpKeyserver.Copies;
using AtpKeyserver.Crypto;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Copies;

/// <summary>A restored row is refused for ever if it was written long after it was signed, however many rows stand before it.</summary>
public sealed class SignedRowsTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    private readonly SealingKey _key = new(RandomNumberGenerator.GetBytes(SealingKey.Length), 1);

    private Table Rows => new(Table, Table);

    [Fact]
    public async Task Rows_are_signed_when_their_turn_has_come()
    {
        var signed = 0;
        var before = new List<(int Signed, int Written)>();
        await Restore.PutAsync(Rows, Make(250), row =>
        {
            // How many were in the storage when the first of a transaction was signed.
            if (signed++ % AtpKeyserver.Storage.Table.MaxTransaction == 0)
                before.Add((signed - 1, Count()));
            return RowMac.Sign(row, "groups", _key);
        }, TimeProvider.System, default);
        Assert.Equal([(0, 0), (100, 100), (200, 200)], before);
    }

    [Fact]
    public async Task Rows_that_took_too_long_are_signed_and_written_once_more()
    {
        var clock = new Sleeping();
        var signed = 0;
        await Restore.PutAsync(Rows, Make(3), row =>
        {
            // Between the signature and the answer of the first transaction this machine sleeps.
            if (++signed == 3)
                clock.Slept = TimeSpan.FromMinutes(5);
            return RowMac.Sign(row, "groups", _key);
        }, clock, default);
        Assert.Equal(6, signed);
        await foreach (var row in Table.QueryAsync<TableEntity>())
            RowMac.Verify(row, "groups", _key);
    }

    private static IEnumerable<TableEntity> Make(int count) => Enumerable.Range(0, count).Select(n => new TableEntity("p", $"{n:D4}"));

    private int Count() => AllAsync(Table.QueryAsync<TableEntity>()).GetAwaiter().GetResult().Count;

    private sealed class Sleeping : TimeProvider
    {
        public TimeSpan Slept { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Slept;
    }
}
