using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Routing;

/// <summary>
/// Finds the function for a request: of those whose verb and route match, the one whose name comes first. The most specific
/// route has no precedence, as in the real host.
/// </summary>
internal sealed class FunctionRouter
{
    private readonly FrozenDictionary<string, VerbRoutes> _byVerb;
    private readonly VerbRoutes _otherVerbs;

    /// <param name="functions">In the order of their names.</param>
    internal FunctionRouter(IReadOnlyList<HttpFunction> functions)
    {
        HttpFunction[] routed = [.. functions.Where(function => !function.Disabled)];
        _byVerb = routed
            .SelectMany(function => function.Methods)
            .Distinct()
            .ToFrozenDictionary(verb => verb, verb => new VerbRoutes([.. routed.Where(function => Takes(function, verb))]),
                StringComparer.OrdinalIgnoreCase);
        _otherVerbs = new VerbRoutes([.. routed.Where(function => function.Methods.Count == 0)]);
    }

    /// <returns>Null when no function takes the request.</returns>
    internal HttpFunction? Find(HttpContext http) => _byVerb.GetValueOrDefault(http.Request.Method, _otherVerbs).Find(http);

    private static bool Takes(HttpFunction function, string verb) => function.Methods.Count == 0 || function.Methods.Contains(verb);
}
