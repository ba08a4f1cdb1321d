using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>ASP.NET Core in a <see cref="FunctionContext"/>.</summary>
public static class FunctionContextExtensions
{
    // The official package uses this key; its readers look for it.
    internal const string HttpContextKey = "HttpRequestContext";

    /// <summary>The request that started the call; null for timers.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(HttpContextKey, out var value) ? value as HttpContext : null;
}
