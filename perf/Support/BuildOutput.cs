using System.Reflection;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Support;

/// <summary>The build output of another project in the same configuration.</summary>
internal static class BuildOutput
{
    /// <param name="project">Its folder, relative to the repository.</param>
    public static string Of(string project)
    {
        var assembly = typeof(BuildOutput).Assembly;
        var configuration = assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return Path.Combine(AzuriteProcess.RepositoryRoot(), project, "bin", configuration, "net10.0");
    }
}
