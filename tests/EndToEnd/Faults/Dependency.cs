namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>What the app cannot do without.</summary>
public enum Dependency
{
    Storage,
    Vault,
    Directory,
}
