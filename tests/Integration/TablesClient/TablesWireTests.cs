using AtpKeyserver.Tests.Integration.Support;
using System.Net;
using System.Text.Json;
using System.Web;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesClient;

/// <summary>What Azurite never says: tokens, odd errors, garbage, empty pages.</summary>
public sealed class TablesWireTests
{
    private static readonly Uri Endpoint = new("https://acme.table.core.windows.net/");

    [Fact]
    public async Task A_token_is_fetched_once_for_storage()
    {
        var credential = new StubCredential();
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, """{"PartitionKey":"p","RowKey":"r"}"""));
        var table = Table(server, credential);

        await table.GetEntityAsync<TableEntity>("p", "r");
        await table.GetEntityAsync<TableEntity>("p", "r");

        Assert.Equal(["https://storage.azure.com/.default"], Assert.Single(credential.Asked).Scopes);
        Assert.All(server.Requests, request => Assert.Equal("Bearer token-1", request.Authorization));
        Assert.All(server.Requests, request => Assert.Equal("/groups(PartitionKey='p',RowKey='r')", request.Uri.AbsolutePath));
    }

    [Fact]
    public async Task A_token_is_never_sent_over_http()
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, "{}"));
        var table = new TableClient(new Uri("http://127.0.0.1:1/acme"), "groups", new StubCredential(), Options(server));

        await Assert.ThrowsAsync<InvalidOperationException>(() => table.GetEntityAsync<TableEntity>("p", "r"));

        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<?xml version=\"1.0\"?><error><code>ServerBusy</code></error>")]
    [InlineData("{\"odata.error\":")]
    [InlineData("[]")]
    public async Task An_error_without_json_has_the_code_of_its_header(string body)
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.ServiceUnavailable, body, ("x-ms-error-code", "ServerBusy")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Table(server).GetEntityAsync<TableEntity>("p", "r"));

        Assert.Equal((503, "ServerBusy"), (failure.Status, failure.ErrorCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("{\"PartitionKey\":\"p\",\"N@odata.type\":\"Edm.Int64\",\"N\":\"12x\"}")]
    [InlineData("{\"PartitionKey\":\"p\"")]
    public async Task Garbage_is_an_error(string body)
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, body));

        // JsonException or FormatException: which one is nobody's promise.
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Table(server).GetEntityAsync<TableEntity>("p", "r"));
        Assert.True(failure is JsonException or FormatException, failure.ToString());
    }

    [Fact]
    public async Task An_empty_page_may_have_a_successor()
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
        var rows = new List<string>();

        await foreach (var row in Table(server).QueryAsync<TableEntity>())
            rows.Add(row.RowKey);

        Assert.Equal(["1", "2"], rows);
        Assert.Equal(
            [(null, null), ("1!4!cA--", null), ("1!4!cB--", "1!8!+/=")],
            server.Requests.Select(request => HttpUtility.ParseQueryString(request.Uri.Query))
                .Select(query => (query["NextPartitionKey"], query["NextRowKey"])));
    }

    [Fact]
    public async Task A_busy_service_is_asked_again()
    {
        var answers = new Queue<HttpStatusCode>([HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests, HttpStatusCode.OK]);
        using var server = new StubServer(_ => StubServer.Json(answers.Dequeue(), """{"PartitionKey":"p","RowKey":"r"}"""));

        await Table(server, retries: 2).GetEntityAsync<TableEntity>("p", "r");

        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_table_that_is_being_deleted_is_an_error()
    {
        using var server = new StubServer(_ => StubServer.Json(
            HttpStatusCode.Conflict,
            """{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"The specified table is being deleted."}}}"""));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Table(server).CreateIfNotExistsAsync());

        Assert.Equal((409, "TableBeingDeleted"), (failure.Status, failure.ErrorCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\nETag: W/\"1")]
    public async Task A_broken_answer_to_a_transaction_is_no_success(string body)
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.Accepted, body));

        await Assert.ThrowsAnyAsync<Exception>(() => Table(server).SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "r"))]));
    }

    private static TableClient Table(StubServer server, StubCredential? credential = null, int retries = 0) =>
        new(Endpoint, "groups", credential ?? new StubCredential(), Options(server, retries));

    private static TableClientOptions Options(StubServer server, int retries = 0) => new()
    {
        Transport = server.Transport,
        Retry = { MaxRetries = retries, Delay = TimeSpan.FromMilliseconds(1) },
    };
}
