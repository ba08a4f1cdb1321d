using System.Security.Cryptography;
using AtpKeyserver.Copies;
using AtpKeyserver.Crypto;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Copies;

/// <summary>
/// A restored row is refused permanently if it was written long after it was signed, so rows are signed just before
/// each write.
/// </summary>
public sealed class SignedRowsTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    private readonly SealingKey _key = new(RandomNumberGenerator.GetBytes(SealingKey.Length), 1);

    private Table Rows => new(Table, Table);

    [Fact]
    public async Task Rows_are_signed_just_before_their_own_transaction()
    {
        var signed = 0;
        var before = new List<(int Signed, int Written)>();
        await Restore.PutAsync(Rows, Make(250), row =>
        {
            // How many rows were stored when the first row of a transaction was signed.
            if (signed++ % AtpKeyserver.Storage.Table.MaxTransaction == 0)
                before.Add((signed - 1, Count()));
            return RowMac.Sign(row, "groups", _key);
        }, TimeProvider.System, default);
        Assert.Equal([(0, 0), (100, 100), (200, 200)], before);
    }

    [Fact]
    public async Task Rows_whose_write_took_too_long_are_signed_and_written_again()
    {
        var clock = new Sleeping();
        var signed = 0;
        await Restore.PutAsync(Rows, Make(3), row =>
        {
            // The machine sleeps between the signature and the response of the first transaction.
            if (++signed == 3)
                clock.Slept = TimeSpan.FromMinutes(5);
            return RowMac.Sign(row, "groups", _key);
        }, clock, default);
        Assert.Equal(6, signed);
        await foreach (var row in Table.QueryAsync<TableEntity>())
            RowMac.Verify(row, "groups", _key);
    }

    private static IEnumerable<TableEntity> Make(int count) =>
        Enumerable.Range(0, count).Select(n => new TableEntity("p", $"{n:D4}"));

    private int Count() => AllAsync(Table.QueryAsync<TableEntity>()).GetAwaiter().GetResult().Count;

    private sealed class Sleeping : TimeProvider
    {
        public TimeSpan Slept { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Slept;
    }
}
