using System.Text;

namespace AtpKeyserver.Tests.EndToEnd.Support;

internal static partial class Timers
{
    public static async Task StartAsync(Api api, string function)
    {
        using var run = new HttpRequestMessage(HttpMethod.Post, $"/admin/functions/{function}")
        {
            Content = new StringContent("{\"input\":\"\"}", Encoding.UTF8, "application/json"),
        };
        Assert.Equal(202, (await api.SendAsync(run)).Status);
    }
}
