using System.Security.Cryptography;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>The column types that the product writes, and the limits of columns and keys.</summary>
public sealed class ColumnTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(0L)]
    [InlineData(9_007_199_254_740_993L)]
    [InlineData(long.MaxValue)]
    public async Task Int64_round_trips(long value) =>
        Assert.Equal(value, Assert.IsType<long>(await RoundTripAsync(value)));

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public async Task Int32_round_trips(int value) =>
        Assert.Equal(value, Assert.IsType<int>(await RoundTripAsync(value)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    public async Task Binary_round_trips(int length)
    {
        var value = RandomNumberGenerator.GetBytes(length);

        Assert.Equal(value, Assert.IsType<byte[]>(await RoundTripAsync(value)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"quotes\" 'and' \\ / \t\r\n <&> ünï €🔑 \u2028")]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("12")]
    public async Task String_round_trips(string value) =>
        Assert.Equal(value, Assert.IsType<string>(await RoundTripAsync(value)));

    [Fact]
    public async Task Null_is_not_stored() => Assert.Null(await RoundTripAsync(null));

    [Fact]
    public async Task A_column_is_limited_to_64_KiB() =>
        await FailsAsync(400, "PropertyValueTooLarge", () => RoundTripAsync(new byte[(64 * 1024) + 1]));

    /// <summary>All characters that the product uses in keys.</summary>
    [Theory]
    [InlineData("0123456789abcdef")]
    [InlineData("m:0f~00000000")]
    [InlineData("shard-07.0000000001")]
    [InlineData("lane0")]
    public async Task Keys_round_trip(string key)
    {
        var etag = (await Table.AddEntityAsync(new TableEntity(key, key))).Headers.ETag!.Value;
        await Table.SubmitTransactionAsync(
            [new(TableTransactionActionType.UpdateReplace, new TableEntity(key, key) { ["V"] = 2 }, etag)]);

        var read = (await Table.GetEntityAsync<TableEntity>(key, key)).Value;
        var found = Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {key} and RowKey eq {key}"))));
        var deleted = await Table.DeleteEntityAsync(key, key, read.ETag);

        Assert.Equal((key, key, 2), (read.PartitionKey, read.RowKey, read.GetInt32("V")));
        Assert.Equal((key, key, 2), (found.PartitionKey, found.RowKey, found.GetInt32("V")));
        Assert.Equal(204, deleted.Status);
    }

    [Fact]
    public async Task A_key_of_512_characters_round_trips()
    {
        var key = new string('k', 512);

        await Table.AddEntityAsync(new TableEntity(key, key));

        Assert.Equal(key, (await Table.GetEntityAsync<TableEntity>(key, key)).Value.RowKey);
    }

    /// <summary>The client sends them unchecked.</summary>
    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    public async Task The_service_refuses_keys_with_forbidden_characters(string key)
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => Table.AddEntityAsync(new TableEntity("p", key)));

        Assert.Equal(400, failure.Status);
    }

    [Fact]
    public void A_getter_of_another_type_throws_and_an_absent_column_is_null()
    {
        var row = new TableEntity("p", "r") { ["Number"] = 1, ["Text"] = "1" };

        Assert.Throws<InvalidOperationException>(() => row.GetString("Number"));
        Assert.Throws<InvalidOperationException>(() => row.GetInt64("Number"));
        Assert.Throws<InvalidOperationException>(() => row.GetInt32("Text"));
        Assert.Null(row.GetString("Absent"));
        Assert.Null(row["Absent"]);
    }

    private async Task<object?> RoundTripAsync(object? value)
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["V"] = value });
        return (await Table.GetEntityAsync<TableEntity>("p", "r")).Value["V"];
    }
}
