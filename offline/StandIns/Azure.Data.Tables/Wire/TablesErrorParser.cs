using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// Errors of the service: <c>{"odata.error":{"code":"…","message":{"lang":"en-US","value":"…"}}}</c>; where the body is XML or empty, the
/// code in <c>x-ms-error-code</c>.
/// </summary>
internal sealed class TablesErrorParser : RequestFailedDetailsParser
{
    public static TablesErrorParser Instance { get; } = new();

    public override bool TryParse(Response response, out ResponseError error, out IDictionary<string, string> data)
    {
        data = null;
        response.Headers.TryGetValue("x-ms-error-code", out var code);
        string message = null;
        try
        {
            if (response.ContentStream is MemoryStream { Length: > 0 })
            {
                using var body = JsonDocument.Parse(response.Content.ToMemory());
                var details = body.RootElement.GetProperty("odata.error");
                code = details.GetProperty("code").GetString();
                message = details.GetProperty("message").GetProperty("value").GetString();
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not the service's JSON: a proxy's page, XML, half an answer. The header has to do.
        }

        error = code is null ? null : new ResponseError(code, message);
        return error is not null;
    }
}
