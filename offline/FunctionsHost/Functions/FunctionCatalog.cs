using System.Text.Json;
using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>The app's functions in alphabetical order, in which HTTP routes are matched.</summary>
internal sealed record FunctionCatalog(IReadOnlyList<HttpFunction> Http, IReadOnlyList<TimerFunction> Timers)
{
    /// <exception cref="HostException">
    /// The real host would reject functions. The message names each and the reason.
    /// </exception>
    public static FunctionCatalog Read(IEnumerable<RpcFunctionMetadata> functions, FunctionReader reader)
    {
        List<HostFunction> read = [];
        List<string> refused = [];
        foreach (var metadata in functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase))
        {
            try
            {
                read.Add(reader.Read(metadata));
            }
            catch (Exception e) when (e is FormatException or JsonException)
            {
                refused.Add($"{metadata.Name}: {e.Message}");
            }
        }

        refused.AddRange(Conflicts(read));
        return refused.Count == 0
            ? new FunctionCatalog([.. read.OfType<HttpFunction>()], [.. read.OfType<TimerFunction>()])
            : throw new HostException($"The host rejects these functions:  {string.Join("; ", refused)}.");
    }

    private static IEnumerable<string> Conflicts(List<HostFunction> functions)
    {
        foreach (var same in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(
            same => same.Count() > 1))
            yield return $"{same.Key}: {same.Count()} functions have this name";
        var http = functions.OfType<HttpFunction>().ToArray();
        for (var i = 0; i < http.Length; i++)
        {
            foreach (var other in http.Skip(i + 1).Where(http[i].ConflictsWith))
                yield return $"{other.Name}: it has the same route and method as {http[i].Name}";
        }
    }
}
