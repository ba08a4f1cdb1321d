using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a method a function.</summary>
/// <param name="name">Unique in the app; <c>^[A-Za-z][A-Za-z0-9_-]{0,127}$</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
[SuppressMessage("Performance", "CA1813", Justification = "Open in the official package.")]
public class FunctionAttribute(string name) : Attribute
{
    /// <summary>The name by which the host knows, orders and starts the function.</summary>
    public string Name { get; } = name;
}
