using System.Text.Json;
using AtpKeyserver.FunctionsHost.Timers;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.FunctionsHost.Http;

/// <summary>Starts a timer function now: <c>POST /admin/functions/{name}</c> with <c>{"input": ""}</c>.</summary>
/// <remarks>Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http.</remarks>
internal sealed class AdminEndpoint(TimerService timers, MasterKey masterKey)
{
    public const string Route = "admin/functions/{name}";

    public async Task HandleAsync(HttpContext http) => http.Response.StatusCode = await StartAsync(http);

    private async Task<int> StartAsync(HttpContext http)
    {
        if (!masterKey.Allows(http.Request))
            return StatusCodes.Status401Unauthorized;
        if (!http.Request.HasJsonContentType())
            return StatusCodes.Status415UnsupportedMediaType;
        if (!await IsObjectAsync(http))
            return StatusCodes.Status400BadRequest;
        return timers.TryStartNow((string)http.Request.RouteValues["name"]!)
            ? StatusCodes.Status202Accepted
            : StatusCodes.Status404NotFound;
    }

    private static async Task<bool> IsObjectAsync(HttpContext http)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
