using AtpKeyserver.FunctionsHost.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AtpKeyserver.FunctionsHost.Http;

/// <summary>Maps the functions' routes in the real host's order: by function name.</summary>
internal static class FunctionRoutes
{
    public static void Map(IEndpointRouteBuilder routes, IReadOnlyList<HttpFunction> functions, HttpInvoker invoker)
    {
        var order = 0;
        foreach (var function in functions.Where(function => !function.Disabled))
        {
            RequestDelegate handler = http => invoker.InvokeAsync(http, function);
            var endpoint = function.Methods.Count == 0
                ? routes.Map(function.Route, handler)
                : routes.MapMethods(function.Route, function.Methods, handler);
            endpoint.WithOrder(order++);
        }

        // Takes precedence over all functions, so that CORS cannot open the admin route to browsers.
        foreach (var reserved in (string[])["admin/{**path}", "runtime/{**path}"])
            routes.Map(reserved, NotFound).WithOrder(-1);

        // A route with other methods returns 404, not 405.
        routes.Map("{**path}", NotFound).WithOrder(int.MaxValue);
    }

    private static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
