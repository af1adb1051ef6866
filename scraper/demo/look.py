"""The style sheet of the pretend blog: what the demonstration's pages look like, and what replay must bring back."""

PATH = "/style.css"
#: A picture that only the style sheet names.
BANNER = "banner_5d1c~mv2.png"


def style_sheet(media: str) -> str:
    """CSS; *media* is where the blog's pictures are."""
    return f"""
body {{ margin: 0; font: 1.05rem/1.6 Georgia, serif; color: #2b2b2b; background: #fff; }}
header, main, footer {{ max-width: 46rem; margin: 0 auto; padding: 0 1rem; box-sizing: border-box; }}
#site-root > header {{ max-width: none; padding: 5.5rem 1rem 0;
  background: #e7eef1 url("{media}/{BANNER}") center 40% / cover no-repeat; }}
#site-root > header > a {{ display: inline-block; padding: .4rem 1rem; margin-right: .25rem; background: #fff; }}
[class*=wixui-] {{ display: none; }}
h1 {{ font-size: 2rem; line-height: 1.2; margin: 2rem 0 .5rem; }}
h2 {{ font-size: 1.3rem; line-height: 1.3; }}
a {{ color: #1f566b; }}
article header {{ padding: 0; }}
article header ul, nav ul, footer ul {{ list-style: none; margin: 0; padding: 0; }}
article header li, nav li, footer li {{ display: inline-block; padding: .15rem .75rem .15rem 0; color: #595959; }}
nav li a, footer li a, article header li a, [data-hook=recent-posts] > a {{
  display: inline-block; min-height: 1.75rem; }}
figure {{ margin: 1.5rem 0; }}
figure img, .pro-gallery img {{ display: block; width: 100%; height: auto; }}
figcaption, [data-hook=gallery-item-title] {{ font-size: .9rem; color: #595959; }}
.pro-gallery {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; }}
blockquote {{ margin: 1.5rem 0; padding-left: 1rem; border-left: .25rem solid #1f566b; }}
[data-hook=fileUploadViewer] {{ border: 1px solid #8a8a8a; padding: .75rem 1rem; }}
[data-hook=recent-posts] {{ margin: 3rem 0; border-top: 1px solid #ccc; }}
#SCROLL_TO_TOP, #SCROLL_TO_BOTTOM {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
"""
