namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>A person with an account at the PDS.</summary>
/// <param name="Name">Such as Alice.</param>
/// <param name="Did">The account's DID.</param>
/// <param name="AccessToken">Authenticates calls to the PDS.</param>
public sealed record Person(string Name, string Did, string AccessToken)
{
    public override string ToString() => Name;
}
