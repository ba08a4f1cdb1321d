using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Unit.Storage;

public sealed class RowMacTests
{
    private readonly SealingKey _key = new(RandomNumberGenerator.GetBytes(32), number: 1);

    [Fact]
    public void Accepts_a_signed_row() => RowMac.Verify(Signed(), "groups", _key);

    public static TheoryData<Action<TableEntity>> Changes => new(
        row => row["Epoch"] = 8L,
        row => Exchange(row, "Epoch", 7),
        row => row["Owner"] = "did:plc:b",
        row => row["Key"] = new byte[] { 1, 2, 4 },
        row => row.Remove("Owner"),
        row => row["Extra"] = "x",
        row => row["Extra"] = true,
        row => row.PartitionKey = "q",
        row => row.RowKey = "s",
        row => row.Remove("Mac"),
        row => row["Mac"] = new byte[32],
        row => Exchange(row, "Mac", "text"),
        row => row["WrittenAt"] = (long)row["WrittenAt"] + 1);

    [Theory]
    [MemberData(nameof(Changes))]
    public void Refuses_a_changed_row(Action<TableEntity> change)
    {
        var row = Signed();
        change(row);
        Assert.Throws<TamperedException>(() => RowMac.Verify(row, "groups", _key));
    }

    [Fact]
    public void Refuses_a_row_of_another_table() =>
        Assert.Throws<TamperedException>(() => RowMac.Verify(Signed(), "accounts", _key));

    [Fact]
    public void Refuses_a_row_signed_by_another_key() =>
        Assert.Throws<TamperedException>(
            () => RowMac.Verify(Signed(), "groups", new SealingKey(RandomNumberGenerator.GetBytes(32), 1)));

    [Theory]
    [InlineData(89, true)]
    [InlineData(-89, true)]
    [InlineData(91, false)]
    [InlineData(-91, false)]
    public void Accepts_a_row_only_if_its_storage_timestamp_matches(int seconds, bool accepted)
    {
        var row = Signed();
        row.Timestamp += TimeSpan.FromSeconds(seconds);
        if (accepted)
            RowMac.Verify(row, "groups", _key);
        else
            Assert.Throws<TamperedException>(() => RowMac.Verify(row, "groups", _key));
    }

    [Fact]
    public void Refuses_a_row_without_a_timestamp()
    {
        var row = Signed();
        row.Timestamp = null;
        Assert.Throws<TamperedException>(() => RowMac.Verify(row, "groups", _key));
    }

    /// <summary>
    /// Replaces a column with a value of another type; assigning it in place would convert the value to the old type.
    /// </summary>
    private static void Exchange(TableEntity row, string column, object value)
    {
        row.Remove(column);
        row[column] = value;
    }

    private TableEntity Signed()
    {
        var row =
            new TableEntity("p", "r") { ["Owner"] = "did:plc:a", ["Epoch"] = 7L, ["Key"] = new byte[] { 1, 2, 3 } };
        RowMac.Sign(row, "groups", _key);
        row.Timestamp = TimeProvider.System.GetUtcNow();
        return row;
    }
}
