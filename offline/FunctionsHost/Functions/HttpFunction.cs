namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>A function that an HTTP request starts.</summary>
/// <param name="Name">Unique without regard to case.</param>
/// <param name="Parameter">The name of the trigger's parameter.</param>
/// <param name="Disabled">No route.</param>
/// <param name="Route">With the prefix.</param>
/// <param name="Methods">In upper case; empty takes every method.</param>
/// <param name="IsAnonymous">Otherwise the request needs the host's key.</param>
internal sealed record HttpFunction(
    string Name, string Parameter, bool Disabled, string Route, IReadOnlyList<string> Methods, bool IsAnonymous)
    : HostFunction(Name, Parameter, Disabled)
{
    public bool ConflictsWith(HttpFunction other) =>
        Route.Equals(other.Route, StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 ? other.Methods.Count == 0 : Methods.Intersect(other.Methods).Any());
}
