using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an app of functions begins.</summary>
[SuppressMessage("Design", "CA1052", Justification = "Neither static nor sealed in the official package.")]
public class FunctionsApplication
{
    /// <summary>A builder with the usual configuration and logging.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
