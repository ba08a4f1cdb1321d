using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Faults;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Storage;

/// <summary>
/// A damaged response is an upstream failure: not a row, an empty page or a success, and not a parser exception.
/// </summary>
public sealed class TableAnswerTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    private static readonly Operation[] Operations =
    [
        new("read", StorageCall.Read, at => at.Table.GetAsync("p", "1", default)) { FindsRows = true },
        new("read an absent row", StorageCall.Read, at => at.Table.GetAsync("p", "absent", default)),
        new("query", StorageCall.Query, at => ReadAsync(at.Table.QueryAsync("p", default))) { FindsRows = true },
        new("query an absent partition", StorageCall.Query, at => ReadAsync(at.Table.QueryAsync("absent", default))),
        new("page", StorageCall.Query, at => at.Table.ReadPageAsync("p", "", null, 1, default)) { FindsRows = true },
        new("scan", StorageCall.Query, at => ReadAsync(at.Table.ScanAsync("1", default))) { FindsRows = true },
        new("list tables", StorageCall.Query, at => ReadAsync(at.Tables.ListBeforeAsync("t", default, default))),
        new("insert", StorageCall.Write, at => at.Table.TryInsertAsync(New, default)),
        new("insert an existing row", StorageCall.Write, at => at.Table.TryInsertAsync(Existing, default)),
        new("insert once", StorageCall.Write, at => at.Table.TryInsertOnceAsync(New, default)),
        new("replace", StorageCall.Write, at => at.Table.TryReplaceAsync(Existing, at.ETag, default)),
        new("put", StorageCall.Write, at => at.Table.PutAsync(Existing, default)),
        new("delete", StorageCall.Write, at => at.Table.DeleteAsync("p", "1", default)),
        new("delete with an ETag", StorageCall.Write, at => at.Table.DeleteAsync("p", "1", default, at.ETag)),
        new("transaction", StorageCall.Transaction, at => at.Table.SubmitAsync(Actions(at.ETag), default)),
        new("put all", StorageCall.Transaction, at => at.Table.PutAllAsync([Existing, New], default)),
    ];

    private static TableEntity Existing => new("p", "1");

    private static TableEntity New => new("p", "new");

    public static TheoryData<string, string> Damages()
    {
        var data = new TheoryData<string, string>();
        foreach (var operation in Operations)
        {
            foreach (var damage in MangledAnswer.All.Where(operation.IsDamagedBy))
                data.Add(operation.Name, damage.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_response_is_an_upstream_failure(string operation, string damage)
    {
        using var transport = new MangledTransport();
        var at = await OpenAsync(transport);

        transport.Mangle(after: 0, MangledAnswer.All.Single(each => each.Name == damage));
        var failure = await Record.ExceptionAsync(() => Operations.Single(each => each.Name == operation).RunAsync(at));

        Assert.True(transport.HasMangled);
        var upstream = Assert.IsType<KeyserverException>(failure);
        Assert.Equal((ErrorName.UpstreamFailure, 503), (upstream.Error, ErrorStatus.Of(upstream.Error)));
        Assert.NotNull(upstream.InnerException);
        Assert.True(await at.Table.QueryAsync("p", default).AnyAsync());
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task An_error_that_decides_nothing_needs_no_code(HttpStatusCode status)
    {
        using var server = new StubServer(_ => StubServer.Json(status, ""));
        foreach (var operation in Operations)
        {
            var failure = await Assert.ThrowsAsync<RequestFailedException>(() => operation.RunAsync(Stubbed(server)));
            Assert.Equal((int)status, failure.Status);
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "TableNotFound")]
    [InlineData(HttpStatusCode.Conflict, "TableBeingDeleted")]
    public async Task An_absent_table_has_no_rows(HttpStatusCode status, string code)
    {
        foreach (var error in Errors(status, code))
        {
            using var server = new StubServer(_ => error());
            Assert.Empty(await Stubbed(server).Table.QueryAsync("p", default).ToListAsync());
        }
    }

    /// <summary>This differs from an existing row: a caller that reads that row would find none.</summary>
    [Fact]
    public async Task An_insert_into_a_table_that_is_being_deleted_fails()
    {
        foreach (var error in Errors(HttpStatusCode.Conflict, "TableBeingDeleted"))
        {
            using var server = new StubServer(_ => error());
            foreach (var insert in Operations.Where(each => each.Name.StartsWith("insert", StringComparison.Ordinal)))
                await Assert.ThrowsAsync<RequestFailedException>(() => insert.RunAsync(Stubbed(server)));
        }
    }

    [Fact]
    public async Task Our_own_bug_is_not_an_upstream_failure()
    {
        var (table, _, _) = await OpenAsync(null);
        foreach (var count in (int[])[0, 101])
        {
            var action = new TableTransactionAction(TableTransactionActionType.Add, New);
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => table.SubmitAsync([.. Enumerable.Repeat(action, count)], default));
        }
    }

    private async Task<Place> OpenAsync(MangledTransport? transport)
    {
        var options = Options();
        if (transport is not null)
            options.Transport = transport.Transport;
        var service = new TableServiceClient(Azurite.ConnectionString, options);
        var table = new Table(service.GetTableClient(Table.Name), service.GetTableClient(Table.Name));
        await table.PutAllAsync([new TableEntity("p", "1") { ["A"] = 1 }, new TableEntity("p", "2")], default);
        return new Place(table, new Tables(service, service), (await table.GetAsync("p", "1", default))!.ETag);
    }

    private static Place Stubbed(StubServer server)
    {
        var options = new TableClientOptions { Transport = server.Transport, Retry = { MaxRetries = 0 } };
        var endpoint = new Uri("https://acme.table.core.windows.net/");
        var service = new TableServiceClient(endpoint, new StubCredential(), options);
        var client = service.GetTableClient("t");
        return new Place(new Table(client, client), new Tables(service, service), new ETag("1"));
    }

    /// <summary>As Azure writes it, and sometimes Azurite.</summary>
    private static IEnumerable<Func<HttpResponseMessage>> Errors(HttpStatusCode status, string code) =>
    [
        () => StubServer.Json(status, $$$$"""{"odata.error":{"code":"{{{{code}}}}","message":{"value":"No."}}}"""),
        () => StubServer.Json(status, "", ("x-ms-error-code", code)),
    ];

    private static TableTransactionAction[] Actions(ETag etag) =>
    [
        new(TableTransactionActionType.UpdateReplace, Existing, etag),
        new(TableTransactionActionType.Add, New),
    ];

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> rows) => await rows.ToListAsync();

    private sealed record Place(Table Table, Tables Tables, ETag ETag);

    private sealed record Operation(string Name, StorageCall Call, Func<Place, Task> RunAsync)
    {
        public bool FindsRows { get; init; }

        public bool IsDamagedBy(MangledAnswer damage) => damage.Calls.Contains(Call) && (FindsRows || !damage.IsOfRows);
    }
}
