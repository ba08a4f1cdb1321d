using System.Net;
using AtpKeyserver.Tests.Integration.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>
/// How the client handles damaged responses: it has no exception type for them, and accepts some damage.
/// <c>TableAnswerTests</c>show how the product handles them.
/// </summary>
public sealed class DamagedAnswerTests
{
    private const string Multipart = "multipart/mixed; boundary=b";

    [Theory]
    [InlineData("", typeof(RequestFailedException))]
    [InlineData("garbage", typeof(RequestFailedException))]
    [InlineData("{\"PartitionKey\":\"p\"", typeof(RequestFailedException))]
    [InlineData("null", typeof(InvalidOperationException))]
    [InlineData("[]", typeof(InvalidOperationException))]
    [InlineData("""{"A":1,"A":2}""", typeof(ArgumentException))]
    [InlineData("""{"A@odata.type":"Edm.Int64","A":"12x"}""", typeof(FormatException))]
    [InlineData("""{"A@odata.type":"Edm.Int64","A":"99999999999999999999"}""", typeof(OverflowException))]
    [InlineData("""{"A@odata.type":"Edm.Stream","A":"x"}""", typeof(NotSupportedException))]
    [InlineData("""{"A@odata.type":"Edm.Int64"}""", typeof(KeyNotFoundException))]
    [InlineData("{}", null)]
    [InlineData("""{"PartitionKey":"other","RowKey":"row"}""", null)]
    public async Task A_damaged_row(string body, Type? thrown)
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, body));

        var failure = await Record.ExceptionAsync(() => server.Table().GetEntityIfExistsAsync<TableEntity>("p", "r"));

        Assert.Equal(thrown, failure?.GetType());
        if (failure is RequestFailedException failed)
            Assert.Equal((200, null), (failed.Status, failed.GetRawResponse()));
    }

    [Theory]
    [InlineData("", "JsonReaderException")]
    [InlineData("garbage", "JsonReaderException")]
    [InlineData("""{"value":[""", "JsonReaderException")]
    [InlineData("null", "NullReferenceException")]
    [InlineData("[]", "InvalidOperationException")]
    [InlineData("""{"value":{}}""", "InvalidOperationException")]
    [InlineData("""{"value":[1]}""", "InvalidOperationException")]
    [InlineData("""{"value":[null]}""", "NullReferenceException")]
    [InlineData("{}", null)]
    [InlineData("""{"value":null}""", null)]
    public async Task A_damaged_page(string body, string? thrown)
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, body));

        var failure = await Record.ExceptionAsync(
            async () => Assert.Empty(await server.Table().QueryAsync<TableEntity>().ToListAsync()));

        Assert.Equal(thrown, failure?.GetType().Name);
    }

    [Fact]
    public async Task A_column_that_is_an_object_is_a_dictionary()
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.OK, """{"A":{"B":1}}"""));

        var row = (await server.Table().GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.IsType<Dictionary<string, object>>(row["A"]);
    }

    [Theory]
    [InlineData("application/json", "{}", typeof(InvalidOperationException))]
    [InlineData(Multipart, "", typeof(IOException))]
    [InlineData(Multipart, "garbage", typeof(IOException))]
    [InlineData(Multipart, "--b\r\n\r\nHTTP/1.1 204\r\n\r\n\r\n--b--", typeof(InvalidOperationException))]
    [InlineData(Multipart, "--b\r\n\r\nHTTP/1.1 204 No\r\nETag\r\n\r\n--b--", typeof(InvalidOperationException))]
    [InlineData(Multipart, "--b\r\n\r\nHTTP/1.1 No Content\r\n\r\n\r\n--b--", typeof(FormatException))]
    [InlineData(Multipart, "--b\r\n\r\nHTTP/1.1 204 No Content\r\nETag: W/\"1", typeof(IOException))]
    [InlineData(Multipart, "--b--", null)]
    [InlineData(Multipart, "--b\r\n\r\nHTTP/1.1 302 Found\r\n\r\n\r\n--b--", null)]
    public async Task A_damaged_answer_to_a_transaction(string type, string body, Type? thrown)
    {
        using var server = new StubServer(_ => StubServer.Answer(HttpStatusCode.Accepted, type, body));

        var failure = await Record.ExceptionAsync(() => server.Table().SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "r"))]));

        Assert.Equal(thrown, failure?.GetType());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(412)]
    public async Task A_failed_part_without_json_has_neither_code_nor_index(int status)
    {
        using var server = new StubServer(_ => StubServer.Answer(
            HttpStatusCode.Accepted,
            Multipart,
            $"--b\r\n\r\nHTTP/1.1 {status} No\r\nx-ms-error-code: EntityAlreadyExists\r\n\r\n\r\n--b--"));

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(
            () => server.Table().SubmitTransactionAsync(
                [new(TableTransactionActionType.Add, new TableEntity("p", "r"))]));

        Assert.Equal((status, null, null), (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex));
        Assert.Null(failure.GetRawResponse());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<?xml version=\"1.0\"?><error><code>ServerBusy</code></error>")]
    [InlineData("{\"odata.error\":")]
    [InlineData("[]")]
    public async Task An_error_without_json_has_its_code_in_the_header_only(string body)
    {
        using var server = new StubServer(
            _ => StubServer.Json(HttpStatusCode.ServiceUnavailable, body, ("x-ms-error-code", "ServerBusy")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => server.Table().GetEntityAsync<TableEntity>("p", "r"));

        Assert.Equal((503, null), (failure.Status, failure.ErrorCode));
        Assert.True(failure.GetRawResponse()!.Headers.TryGetValue("x-ms-error-code", out var code));
        Assert.Equal("ServerBusy", code);
    }

    /// <summary>Only its code distinguishes it from a missing row.</summary>
    [Fact]
    public async Task A_404_without_a_body_is_an_absent_row()
    {
        using var server = new StubServer(_ => StubServer.Json(HttpStatusCode.NotFound, ""));

        Assert.False((await server.Table().GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue);
        Assert.Equal(404, (await server.Table().DeleteEntityAsync("p", "r")).Status);
    }
}
