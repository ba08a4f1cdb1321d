using System.Net;
using System.Web;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>Filters, pages and continuation, as the product uses them.</summary>
public sealed class QueryTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task A_query_continues_after_a_thousand_rows()
    {
        await FillAsync(1_050);

        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"p"}");
        var pages = await AllAsync(Table.QueryAsync<TableEntity>(filter).AsPages());

        Assert.Equal([1_000, 50], pages.Select(page => page.Values.Count));
        Assert.Equal(1_050, pages.SelectMany(page => page.Values).Select(row => row.RowKey).Distinct().Count());
    }

    [Fact]
    public async Task A_range_of_row_keys_is_read_in_order_with_etags_and_time_stamps()
    {
        await FillAsync(20);

        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {"p"} and RowKey ge {"00005"} and RowKey lt {"00008"}");
        var rows = await AllAsync(Table.QueryAsync<TableEntity>(filter, maxPerPage: 2));

        Assert.Equal(["00005", "00006", "00007"], rows.Select(row => row.RowKey));
        Assert.All(rows, row => Assert.NotEqual(default, row.ETag));
        Assert.All(rows, row => Assert.NotNull(row.Timestamp));
    }

    [Fact]
    public async Task Strings_in_filters_are_escaped()
    {
        await Table.AddEntityAsync(new TableEntity("it's", "o'clock' or '1' eq '1"));
        await Table.AddEntityAsync(new TableEntity("it's", "other"));

        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"it's"} and RowKey eq {"o'clock' or '1' eq '1"}");

        Assert.Equal("PartitionKey eq 'it''s' and RowKey eq 'o''clock'' or ''1'' eq ''1'", filter);
        var found = Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>(filter)));
        Assert.Equal("o'clock' or '1' eq '1", found.RowKey);
    }

    [Fact]
    public async Task The_raw_answer_of_a_page_can_be_read_after_its_rows()
    {
        var page = Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>().AsPages()));

        Assert.Contains("\"value\":[]", page.GetRawResponse().Content.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absent_table_is_an_error()
    {
        var nowhere = Service.GetTableClient(AzuriteFixture.NewTableName());

        await FailsAsync(404, "TableNotFound", () => AllAsync(nowhere.QueryAsync<TableEntity>()));
    }

    [Fact]
    public async Task An_empty_page_may_have_a_continuation()
    {
        var pages = new Queue<HttpResponseMessage>([
            StubServer.Json(HttpStatusCode.OK, """{"value":[]}""", ("x-ms-continuation-NextPartitionKey", "1!4!cA--")),
            StubServer.Json(
                HttpStatusCode.OK,
                """{"odata.metadata":"x","value":[{"PartitionKey":"p","RowKey":"1"}]}""",
                ("x-ms-continuation-NextPartitionKey", "1!4!cB--"),
                ("x-ms-continuation-NextRowKey", "1!8!+/=")),
            StubServer.Json(HttpStatusCode.OK, """{"value":[{"PartitionKey":"p","RowKey":"2"}]}"""),
        ]);
        using var server = new StubServer(_ => pages.Dequeue());

        var rows = await AllAsync(server.Table().QueryAsync<TableEntity>());

        Assert.Equal(["1", "2"], rows.Select(row => row.RowKey));
        Assert.Equal(
            [(null, null), ("1!4!cA--", null), ("1!4!cB--", "1!8!+/=")],
            server.Requests.Select(request => HttpUtility.ParseQueryString(request.Uri.Query))
                .Select(query => (query["NextPartitionKey"], query["NextRowKey"])));
    }

    [Fact]
    public async Task A_cancelled_query_stops()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AllAsync(Table.QueryAsync<TableEntity>(cancellationToken: cancelled.Token)));
    }

    private async Task FillAsync(int count)
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(100))
            await Table.SubmitTransactionAsync(chunk.Select(n =>
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{n:D5}"))));
    }
}
