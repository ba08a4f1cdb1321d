using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesClient;

public sealed class TablesTestsQueries(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task A_query_goes_on_after_a_thousand_rows()
    {
        await FillAsync(1_050);

        var rows = await AllAsync(Table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {"p"}")));
        var pages = await AllAsync(Table.QueryAsync<TableEntity>().AsPages());

        Assert.Equal(1_050, rows.Select(row => row.RowKey).Distinct().Count());
        Assert.Equal([1_000, 50], pages.Select(page => page.Values.Count));
        Assert.Null(pages[1].ContinuationToken);
    }

    [Fact]
    public async Task Pages_can_be_resumed_from_their_token()
    {
        await FillAsync(25);

        var first = await FirstPageAsync(null);
        var second = await FirstPageAsync(first.ContinuationToken);
        var third = await FirstPageAsync(second.ContinuationToken);

        Assert.Equal([10, 10, 5], new[] { first, second, third }.Select(page => page.Values.Count));
        Assert.Equal(25, first.Values.Concat(second.Values).Concat(third.Values).Select(row => row.RowKey).Distinct().Count());
        Assert.Null(third.ContinuationToken);

        async Task<Azure.Page<TableEntity>> FirstPageAsync(string? token)
        {
            await foreach (var page in Table.QueryAsync<TableEntity>(maxPerPage: 1_000).AsPages(token, 10))
                return page;
            throw new InvalidOperationException("No page");
        }
    }

    [Fact]
    public async Task A_query_filters_selects_and_shows_etags()
    {
        await FillAsync(20);

        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"p"} and RowKey ge {"00005"} and RowKey lt {"00008"}");
        var rows = await AllAsync(Table.QueryAsync<TableEntity>(filter, maxPerPage: 2, select: ["PartitionKey", "RowKey", "Timestamp"]));

        Assert.Equal(["00005", "00006", "00007"], rows.Select(row => row.RowKey));
        Assert.All(rows, row => Assert.False(row.ContainsKey("N")));
        Assert.All(rows, row => Assert.NotEqual(default, row.ETag));
        Assert.All(rows, row => Assert.NotNull(row.Timestamp));
    }

    [Fact]
    public async Task Values_in_filters_are_escaped()
    {
        await Table.AddEntityAsync(new TableEntity("it's", "o'clock' or '1' eq '1") { ["N"] = 5_000_000_000, ["Flag"] = true });
        await Table.AddEntityAsync(new TableEntity("it's", "other") { ["N"] = 1L, ["Flag"] = false });

        var byKey = TableClient.CreateQueryFilter($"PartitionKey eq {"it's"} and RowKey eq {"o'clock' or '1' eq '1"}");
        var byNumber = TableServiceClient.CreateQueryFilter($"N gt {4_000_000_000L} and Flag eq {true}");
        var byTime = TableClient.CreateQueryFilter($"Timestamp ge {TimeProvider.System.GetUtcNow().AddHours(1)}");

        Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>(byKey)));
        Assert.Equal("o'clock' or '1' eq '1", Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>(byNumber))).RowKey);
        Assert.Empty(await AllAsync(Table.QueryAsync<TableEntity>(byTime)));
    }

    [Fact]
    public void Literals_have_their_types()
    {
        var date = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
        byte[] bytes = [0, 255];

        Assert.Equal(
            "A eq 1 and B eq 2L and C eq 1.5 and D eq datetime'2026-01-02T02:04:05.0000000Z' and E eq X'00ff' and F eq 'a''b'",
            TableClient.CreateQueryFilter($"A eq {1} and B eq {2L} and C eq {1.5} and D eq {date} and E eq {bytes} and F eq {"a'b"}"));
        Assert.Throws<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {new object()}"));
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
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{n:D5}") { ["N"] = n })));
    }
}
