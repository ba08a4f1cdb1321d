using System.Net;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>Credentials, retries and unreachable services.</summary>
public sealed class ConnectionTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    private const string Row = """{"PartitionKey":"p","RowKey":"r"}""";

    [Fact]
    public async Task A_token_is_fetched_once_for_storage()
    {
        var credential = new StubCredential();
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, Row));
        var table = server.Table(credential: credential);

        await table.GetEntityAsync<TableEntity>("p", "r");
        await table.GetEntityAsync<TableEntity>("p", "r");

        Assert.Equal(["https://storage.azure.com/.default"], Assert.Single(credential.Asked).Scopes);
        Assert.All(server.Requests, request => Assert.Equal("Bearer token-1", request.Authorization));
        Assert.All(
            server.Requests,
            request => Assert.Equal("/groups(PartitionKey='p',RowKey='r')", request.Uri.AbsolutePath));
    }

    [Fact]
    public async Task A_token_is_never_sent_over_http()
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, "{}"));
        var table = server.Table(endpoint: new Uri("http://127.0.0.1:1/acme"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => table.GetEntityAsync<TableEntity>("p", "r"));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_wrong_account_key_is_refused()
    {
        var credential = new TableSharedKeyCredential(Service.AccountName, Convert.ToBase64String(new byte[64]));
        var client = new TableClient(Azurite.Process.Endpoint, Table.Name, credential, Options());

        // Azurite gives the reason in XML and in a header, which the client does not read.
        var failure = await FailsAsync(403, null, () => client.GetEntityIfExistsAsync<TableEntity>("p", "r"));
        await FailsAsync(403, null, () => client.SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "r"))]));

        Assert.True(failure.GetRawResponse()!.Headers.TryGetValue("x-ms-error-code", out var code));
        Assert.Equal("AuthorizationFailure", code);
        Assert.DoesNotContain(credential.AccountName + ":", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_refused_connection_has_status_0(int retries)
    {
        var options = Options(retries);
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        var nobody = new Uri($"http://127.0.0.1:{LoopbackPort.Choose()}/devstoreaccount1");
        var credential = new TableSharedKeyCredential("devstoreaccount1", "a2V5");
        var client = new TableClient(nobody, "table", credential, options);

        async Task ReadAsync() => await client.GetEntityIfExistsAsync<TableEntity>("p", "r");

        if (retries == 0)
        {
            await FailsAsync(0, null, ReadAsync);
            return;
        }

        var failures = await Assert.ThrowsAsync<AggregateException>(ReadAsync);
        Assert.Equal(retries + 1, failures.InnerExceptions.Count);
        Assert.All(
            failures.InnerExceptions,
            failure => Assert.Equal(0, Assert.IsType<RequestFailedException>(failure).Status));
    }

    [Fact]
    public async Task A_busy_service_is_retried()
    {
        var answers = new Queue<HttpStatusCode>(
            [HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests, HttpStatusCode.OK]);
        using var server = new StubServer(_ => StubServer.Json(answers.Dequeue(), Row));

        await server.Table(retries: 2).GetEntityAsync<TableEntity>("p", "r");

        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData("AccountName=acme", typeof(ArgumentException))]
    [InlineData("AccountKey=a2V5", typeof(ArgumentException))]
    [InlineData("nonsense", typeof(InvalidOperationException))]
    [InlineData("", typeof(ArgumentException))]
    public void A_broken_connection_string_is_refused(string text, Type how) =>
        Assert.Throws(how, () => new TableServiceClient(text));
}
