using Microsoft.AspNetCore.Routing.Template;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>A function that an HTTP request starts.</summary>
internal sealed record HttpFunction : LocalFunction
{
    /// <summary>With the route prefix.</summary>
    internal required RouteTemplate Route { get; init; }

    /// <summary>Upper case; empty: all verbs.</summary>
    internal required IReadOnlyList<string> Methods { get; init; }

    internal required AuthorizationLevel AuthLevel { get; init; }

    /// <summary>What the method returns, without its task; <see langword="void"/> for nothing.</summary>
    internal required Type ResultType { get; init; }

    internal bool Overlaps(HttpFunction other) =>
        string.Equals(Route.TemplateText, other.Route.TemplateText, StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods).Any());
}
