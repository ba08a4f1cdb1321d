using AtpKeyserver.Tests.Integration.Support;
using System.Runtime.Serialization;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesClient;

public sealed class TableEntityTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public void An_absent_column_is_null()
    {
        var row = new TableEntity("p", "r");

        Assert.Null(row["X"]);
        Assert.Null(row.GetString("X"));
        Assert.Null(row.GetInt32("X"));
        Assert.Null(row.GetBinary("X"));
        Assert.Null(row.Timestamp);
        Assert.Equal(default, row.ETag);
    }

    [Fact]
    public void A_getter_of_another_type_throws()
    {
        var row = new TableEntity("p", "r") { ["Int32"] = 1, ["Text"] = "1" };

        Assert.Throws<InvalidOperationException>(() => row.GetInt64("Int32"));
        Assert.Throws<InvalidOperationException>(() => row.GetInt32("Text"));
        Assert.Throws<InvalidOperationException>(() => row.GetString("Int32"));
        Assert.Throws<InvalidOperationException>(() => row.GetBinary("Text"));
        Assert.Throws<InvalidOperationException>(() => row.GetDateTimeOffset("Text"));
    }

    [Fact]
    public void A_wide_column_stays_wide()
    {
        var row = new TableEntity { ["Int64"] = 1L, ["Double"] = 1.0 };

        row["Int64"] = 2;
        row["Double"] = 3;

        Assert.Equal((2L, 3.0), (row.GetInt64("Int64"), row.GetDouble("Double")));
    }

    [Fact]
    public void It_is_a_dictionary_of_its_own()
    {
        var source = new Dictionary<string, object> { ["PartitionKey"] = "p", ["A"] = 1 };
        var row = new TableEntity(source) { RowKey = "r" };
        source["A"] = 2;

        Assert.Equal(3, row.Count);
        Assert.Equal(["A", "PartitionKey", "RowKey"], row.Keys.Order());
        Assert.Equal(("p", 1), (row.PartitionKey, row.GetInt32("A")));
        Assert.True(row.TryGetValue("A", out _));
        Assert.True(row.Remove("A"));
        Assert.False(row.ContainsKey("A"));
        Assert.Equal(2, row.ToDictionary(pair => pair.Key, pair => pair.Value).Count);
    }

    [Fact]
    public async Task What_no_column_can_hold_is_refused_before_sending()
    {
        foreach (var value in (object[])[DayOfWeek.Friday, new DateTime(2026, 1, 1)])
            await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = value }));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.AddEntityAsync(new TableEntity("p", null!)));
    }

    [Fact]
    public async Task A_class_of_ones_own_is_a_row()
    {
        var written = new Door
        {
            PartitionKey = "p",
            RowKey = "r",
            Width = 1L << 40,
            IsOpen = true,
            Paint = [1, 2],
            Built = DateTimeOffset.UnixEpoch,
            Hidden = 1,
        };

        await Table.AddEntityAsync(written);
        var raw = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        var read = Assert.Single(await AllAsync(Table.QueryAsync<Door>()));

        Assert.Equal(("p", "r", 1L << 40, true), (read.PartitionKey, read.RowKey, read.Width, read.IsOpen));
        Assert.Equal(new byte[] { 1, 2 }, read.Paint);
        Assert.Equal((DateTimeOffset.UnixEpoch, null, 0), (read.Built, read.Name, read.Hidden));
        Assert.Equal((raw.ETag, raw.Timestamp), (read.ETag, read.Timestamp));
        Assert.Equal(1L << 40, raw.GetInt64("w"));
        Assert.Equal(
            ["Built", "IsOpen", "Paint", "PartitionKey", "RowKey", "Timestamp", "odata.etag", "w"], raw.Keys.Order(StringComparer.Ordinal));
    }

    public sealed class Door : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        [DataMember(Name = "w")]
        public long Width { get; set; }

        public bool IsOpen { get; set; }

        public byte[]? Paint { get; set; }

        public DateTimeOffset? Built { get; set; }

        public string? Name { get; set; }

        [IgnoreDataMember]
        public int Hidden { get; set; }
    }
}
