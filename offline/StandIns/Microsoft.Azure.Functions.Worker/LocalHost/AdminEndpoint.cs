using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker.LocalHost.Timers;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>Starts a timer function now: <c>POST /admin/functions/{name}</c> with <c>{"input":""}</c>.</summary>
/// <remarks>Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http.</remarks>
internal sealed class AdminEndpoint(FunctionCatalog catalog, TimerService timers, MasterKey masterKey)
{
    private const string Root = "/admin/functions/";

    internal static bool Owns(HttpRequest request) =>
        request.Path.Value is { } path && path.StartsWith(Root, StringComparison.OrdinalIgnoreCase) && HttpMethods.IsPost(request.Method);

    internal async Task HandleAsync(HttpContext http) => http.Response.StatusCode = await StartAsync(http);

    private async Task<int> StartAsync(HttpContext http)
    {
        if (!masterKey.Allows(http.Request))
            return StatusCodes.Status401Unauthorized;
        if (!http.Request.HasJsonContentType())
            return StatusCodes.Status415UnsupportedMediaType;
        if (!await HasInvocationAsync(http))
            return StatusCodes.Status400BadRequest;
        var name = http.Request.Path.Value![Root.Length..].TrimEnd('/');
        var function = catalog.Timers.FirstOrDefault(timer => timer.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (function is null)
            return StatusCodes.Status404NotFound;
        timers.StartNow(function);
        return StatusCodes.Status202Accepted;
    }

    private static async Task<bool> HasInvocationAsync(HttpContext http)
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
