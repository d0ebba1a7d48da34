import streamlit as st

st.title("An app of one's own")
