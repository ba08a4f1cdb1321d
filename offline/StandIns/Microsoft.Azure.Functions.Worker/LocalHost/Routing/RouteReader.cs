using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Routing;

/// <summary>Reads the route of a trigger.</summary>
internal static class RouteReader
{
    // The host keeps these for itself, whatever follows.
    private static readonly string[] Reserved = ["admin", "runtime"];

    /// <exception cref="FunctionRefusedException">Reserved or malformed.</exception>
    internal static RouteTemplate Read(string route, string prefix)
    {
        var trimmed = route.Trim('/');
        if (Reserved.Any(reserved => trimmed.StartsWith(reserved, StringComparison.OrdinalIgnoreCase)))
            throw new FunctionRefusedException($"the route {route} conflicts with one or more built in routes");
        try
        {
            var template = TemplateParser.Parse(prefix.Length == 0 ? trimmed : $"{prefix}/{trimmed}");
            _ = new RouteMatcher(template);
            return template;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new FunctionRefusedException($"the route {route} is malformed: {e.Message}", e);
        }
    }
}
