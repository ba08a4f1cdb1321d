using System.Text.Json;
using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>All functions of the app in alphabetical order, in which HTTP functions are tried.</summary>
internal sealed record FunctionCatalog(IReadOnlyList<HttpFunction> Http, IReadOnlyList<TimerFunction> Timers)
{
    /// <exception cref="HostException">
    /// The real host would refuse functions; the message names each and says why.
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
            : throw new HostException($"The host refuses these functions: {string.Join("; ", refused)}.");
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
                yield return $"{other.Name}: its route and method are those of {http[i].Name}";
        }
    }
}
