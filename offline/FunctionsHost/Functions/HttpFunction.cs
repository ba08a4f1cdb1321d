namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>A function with an HTTP trigger.</summary>
/// <param name="Name">Unique, case-insensitive.</param>
/// <param name="Parameter">The name of the trigger's parameter.</param>
/// <param name="Disabled">Has no route.</param>
/// <param name="Route">Includes the prefix.</param>
/// <param name="Methods">In upper case; empty: all methods.</param>
/// <param name="IsAnonymous">Otherwise requests need the host's key.</param>
internal sealed record HttpFunction(
    string Name, string Parameter, bool Disabled, string Route, IReadOnlyList<string> Methods, bool IsAnonymous)
    : HostFunction(Name, Parameter, Disabled)
{
    public bool ConflictsWith(HttpFunction other) =>
        Route.Equals(other.Route, StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 ? other.Methods.Count == 0 : Methods.Intersect(other.Methods).Any());
}
