using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Routing;

/// <summary>
/// The routes of one verb. A route without parameters is one look-up; templates that come before it by name are tried first.
/// </summary>
internal sealed class VerbRoutes
{
    private readonly FrozenDictionary<string, (int Order, HttpFunction Function)>.AlternateLookup<ReadOnlySpan<char>> _literals;
    private readonly (int Order, HttpFunction Function, RouteMatcher Matcher)[] _templates;

    /// <param name="functions">In the order of their names.</param>
    internal VerbRoutes(IReadOnlyList<HttpFunction> functions)
    {
        var ordered = functions.Select((function, order) => (Order: order, Function: function)).ToArray();
        _literals = ordered
            .Where(entry => IsLiteral(entry.Function.Route))
            .ToFrozenDictionary(entry => PathOf(entry.Function.Route), StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _templates = [.. ordered
            .Where(entry => !IsLiteral(entry.Function.Route))
            .Select(entry => (entry.Order, entry.Function, new RouteMatcher(entry.Function.Route)))];
    }

    /// <summary>A trailing slash is no part of the path.</summary>
    internal HttpFunction? Find(HttpContext http)
    {
        var path = http.Request.Path.Value.AsSpan();
        if (path is ['/', ..])
            path = path[1..];
        if (path is [.., '/'])
            path = path[..^1];
        var found = _literals.TryGetValue(path, out var literal);
        var before = found ? literal.Order : int.MaxValue;
        var segments = -1;
        foreach (var (order, function, matcher) in _templates)
        {
            if (order > before)
                break;
            if (segments < 0)
                segments = path.IsEmpty ? 0 : path.Count('/') + 1;
            if (matcher.TryMatch(http, segments))
                return function;
        }

        return found ? literal.Function : null;
    }

    private static bool IsLiteral(RouteTemplate route) => route.Parameters.Count == 0;

    private static string PathOf(RouteTemplate route) =>
        string.Join('/', route.Segments.Select(segment => string.Concat(segment.Parts.Select(part => part.Text))));
}
