using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables.Wire;

/// <summary>Create, delete and list tables.</summary>
internal static class TableOperations
{
    private const string Continuation = "x-ms-continuation-NextTableName";

    public static async Task<Response<TableItem>> CreateAsync(
        TablesEndpoint endpoint, string name, bool mayExist, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["TableName"] = name });
        using var message = endpoint.CreateMessage(RequestMethod.Post, TablePath.Tables, body);
        message.Request.Headers.Add("Prefer", "return-no-content");
        var response = await endpoint.SendAsync(message, 204, mayExist ? 409 : 201, cancellation).ConfigureAwait(false);
        if (response.Status == 409 && !IsAlreadyThere(response))
            throw new RequestFailedException(response);
        return Response.FromValue(new TableItem(name), response);
    }

    public static async Task<Response> DeleteAsync(TablesEndpoint endpoint, string name, CancellationToken cancellation)
    {
        using var message = endpoint.CreateMessage(RequestMethod.Delete, TablePath.Table(name));
        return await endpoint.SendAsync(message, 204, 404, cancellation).ConfigureAwait(false);
    }

    public static async Task<Page<TableItem>> PageAsync(
        TablesEndpoint endpoint, string filter, string continuation, int? size, CancellationToken cancellation)
    {
        using var message = endpoint.CreateMessage(RequestMethod.Get, TablePath.Tables);
        var uri = message.Request.Uri;
        if (size is { } top)
            uri.AppendQuery("$top", top.ToString(CultureInfo.InvariantCulture), escapeValue: false);
        if (!string.IsNullOrEmpty(filter))
            uri.AppendQuery("$filter", filter, escapeValue: true);
        if (continuation is not null)
            uri.AppendQuery("NextTableName", continuation, escapeValue: true);
        var response = await endpoint.SendAsync(message, 200, 200, cancellation).ConfigureAwait(false);
        using var body = JsonDocument.Parse(response.Content.ToMemory());
        List<TableItem> tables = [.. body.RootElement.GetProperty("value").EnumerateArray()
            .Select(table => new TableItem(table.GetProperty("TableName").GetString()))];
        return Page<TableItem>.FromValues(tables, response.Headers.TryGetValue(Continuation, out var next) ? next : null, response);
    }

    private static bool IsAlreadyThere(Response response) =>
        new RequestFailedException(response).ErrorCode == TableErrorCode.TableAlreadyExists;
}
