using AtpKeyserver.Tests.Integration.Support;
using System.Security.Cryptography;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesClient;

public sealed class TablesTestsColumns(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(9_007_199_254_740_993L)]
    [InlineData(long.MaxValue)]
    public async Task Int64_round_trips(long value) => Assert.Equal(value, (await RoundTripAsync(value)).GetInt64("V"));

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public async Task Int32_round_trips(int value) => Assert.Equal(value, (await RoundTripAsync(value)).GetInt32("V"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Boolean_round_trips(bool value) => Assert.Equal(value, (await RoundTripAsync(value)).GetBoolean("V"));

    [Theory]
    [InlineData(0.5)]
    [InlineData(-1e300)]
    [InlineData(3.0)]
    public async Task Double_round_trips(double value) => Assert.Equal(value, (await RoundTripAsync(value)).GetDouble("V"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(64 * 1024)]
    public async Task Binary_round_trips(int length)
    {
        var value = RandomNumberGenerator.GetBytes(length);

        var read = await RoundTripAsync(value);

        Assert.Equal(value, read.GetBinary("V"));
        Assert.Equal(value, read.GetBinaryData("V").ToArray());
        Assert.Equal(value, (await RoundTripAsync(new BinaryData(value))).GetBinary("V"));
    }

    [Fact]
    public async Task Dates_round_trip_to_100_ns()
    {
        var value = new DateTimeOffset(2026, 2, 28, 23, 59, 59, TimeSpan.FromHours(2)).AddTicks(1_234_567);

        var read = await RoundTripAsync(value);

        Assert.Equal(value, read.GetDateTimeOffset("V"));
        Assert.Equal(value.UtcDateTime, read.GetDateTime("V"));
        Assert.Equal(value, (await RoundTripAsync(value.UtcDateTime)).GetDateTimeOffset("V"));
    }

    [Fact]
    public async Task Guid_round_trips()
    {
        var value = new Guid(RandomNumberGenerator.GetBytes(16));

        Assert.Equal(value, (await RoundTripAsync(value)).GetGuid("V"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"quotes\" 'and' \\ / \t\r\n <&> ünï €🔑 \u2028")]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("12")]
    public async Task String_round_trips(string value) => Assert.Equal(value, (await RoundTripAsync(value)).GetString("V"));

    [Fact]
    public async Task Null_is_not_stored() => Assert.False((await RoundTripAsync(null)).ContainsKey("V"));

    [Theory]
    [InlineData("did:plc:z72i7hdynmk6r22z27h6tvur")]
    [InlineData("did:web:localhost%3A8080!x.y_z-~'=+")]
    [InlineData("'")]
    [InlineData("''")]
    [InlineData(" a  b ")]
    [InlineData("a&b;c,d$e@f(g)[h]{i}|j^k`l\"m<n>*")]
    [InlineData("grüße-日本-🔑")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Keys_round_trip(string key)
    {
        await Table.AddEntityAsync(new TableEntity(key, key) { ["V"] = 1 });

        var read = (await Table.GetEntityAsync<TableEntity>(key, key)).Value;
        var updated = await Table.UpdateEntityAsync(new TableEntity(key, key) { ["V"] = 2 }, read.ETag);
        var found = Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {key} and RowKey eq {key}"))));
        var deleted = await Table.DeleteEntityAsync(key, key, updated.Headers.ETag!.Value);

        Assert.Equal((key, key), (read.PartitionKey, read.RowKey));
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

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    public async Task The_service_refuses_keys_with_forbidden_characters(string key)
    {
        var failure = await Assert.ThrowsAsync<Azure.RequestFailedException>(() => Table.AddEntityAsync(new TableEntity("p", key)));

        Assert.Equal(400, failure.Status);
    }

    private async Task<TableEntity> RoundTripAsync(object? value)
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["V"] = value });
        return (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
    }
}
