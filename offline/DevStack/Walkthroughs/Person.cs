namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Somebody with an account at the PDS.</summary>
/// <param name="Name">Such as Alice.</param>
/// <param name="Did">Their identity.</param>
/// <param name="AccessToken">What their app shows to the PDS, and to nobody else.</param>
public sealed record Person(string Name, string Did, string AccessToken)
{
    public override string ToString() => Name;
}
