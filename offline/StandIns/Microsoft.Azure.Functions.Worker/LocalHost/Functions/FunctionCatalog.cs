using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>All functions of an app, in the order of their names, in which the real host tries their routes.</summary>
internal sealed record FunctionCatalog(IReadOnlyList<HttpFunction> Http, IReadOnlyList<TimerFunction> Timers)
{
    /// <exception cref="InvalidOperationException">The real host would refuse one or more; the message names each and why.</exception>
    internal static FunctionCatalog Read(IEnumerable<Type> types, string routePrefix, IConfiguration configuration)
    {
        List<string> refusals = [];
        var reader = new FunctionReader(routePrefix, configuration);
        var methods = types
            .SelectMany(type => type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, Name: method.GetCustomAttribute<FunctionAttribute>()?.Name))
            .Where(found => found.Name is not null)
            .OrderBy(found => found.Name, StringComparer.OrdinalIgnoreCase);

        List<LocalFunction> functions = [];
        foreach (var (method, name) in methods)
        {
            try
            {
                functions.Add(reader.Read(name!, method));
            }
            catch (FunctionRefusedException e)
            {
                refusals.Add($"{name} ({method.DeclaringType}.{method.Name}): {e.Message}");
            }
        }

        refusals.AddRange(Conflicts(functions));
        if (refusals.Count > 0)
            throw new InvalidOperationException($"The host refuses to start: {string.Join("; ", refusals)}.");
        return new FunctionCatalog([.. functions.OfType<HttpFunction>()], [.. functions.OfType<TimerFunction>()]);
    }

    private static IEnumerable<string> Conflicts(List<LocalFunction> functions)
    {
        foreach (var group in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (group.Count() > 1)
                yield return $"{group.Key}: {group.Count()} functions have this name";
        }

        var http = functions.OfType<HttpFunction>().ToArray();
        for (var i = 0; i < http.Length; i++)
        {
            foreach (var other in http.Skip(i + 1).Where(http[i].Overlaps))
                yield return $"{other.Name}: route and verb conflict with those of {http[i].Name}";
        }
    }
}
